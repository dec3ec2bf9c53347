import { describe, expect, test } from 'vitest';
import { fail } from '../core/errors.ts';
import { calling, classify } from './aws-errors.ts';

const call = { action: 'ec2:DescribeInstances', resource: 'i-0123456789abcdef0' };
const aws = (name: string, message = 'The words of AWS', more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });

describe('classify', () => {
  test.each([
    ['UnauthorizedOperation', 'AccessDenied'],
    ['AccessDeniedException', 'AccessDenied'],
    ['ExpiredTokenException', 'AccessDenied'],
    ['RequestLimitExceeded', 'ThrottledByAws'],
    ['ThrottlingException', 'ThrottledByAws'],
    ['ProvisionedThroughputExceededException', 'ThrottledByAws'],
    ['InvalidInstanceID.NotFound', 'NodeGone'],
    ['InvalidInstanceID.Malformed', 'NodeGone'],
    ['InsufficientInstanceCapacity', 'NodeCapacityUnavailable'],
    ['IncorrectInstanceState', 'NodeStartFailed'],
    ['VcpuLimitExceeded', 'NodeStartFailed'],
    ['TimeoutError', 'AwsUnavailable'],
    ['ValidationException', 'Unexpected'],
  ])('%s is %s, and the sentence names action, thing and code', (name, code) => {
    const error = classify(aws(name), call);
    expect(error).toMatchObject({ code, details: { awsCode: name } });
    expect(error.message).toContain(name);
    expect(error.message).toContain(call.resource);
    expect(error.hint).not.toContain('…');
    expect(error.message).toMatch(/^[^.].*\.$/);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('no capacity stays no capacity although EC2 answers it with 500', () => {
    const error = aws('InsufficientInstanceCapacity', 'x', { $metadata: { httpStatusCode: 500 } });
    expect(classify(error, call).code).toBe('NodeCapacityUnavailable');
    expect(classify(aws('Whatever', 'x', { $metadata: { httpStatusCode: 500 } }), call)).toMatchObject({
      code: 'AwsUnavailable',
      retryable: true,
    });
    expect(classify(aws('Whatever', 'x', { $metadata: { httpStatusCode: 400 } }), call).code).toBe('Unexpected');
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'])('%s can be tried again', (code) => {
    const error = classify(aws('Error', `connect ${code}`, { code }), call);
    expect(error).toMatchObject({ code: 'AwsUnavailable', retryable: true, details: { awsCode: code } });
  });

  test.each([
    [
      'User: arn:aws:sts::1:assumed-role/deploy/f is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:1:secret:shop/x-a1B2c3 because no identity-based policy allows the secretsmanager:GetSecretValue action',
      'secretsmanager:GetSecretValue',
      'arn:aws:secretsmanager:us-east-1:1:secret:shop/x-a1B2c3',
    ],
    [
      'User: arn:aws:iam::1:user/ada is not authorized to perform: ec2:StartInstances on resource: arn:aws:ec2:us-east-1:1:instance/i-0a. Encoded authorization failure message: c2VjcmV0',
      'ec2:StartInstances',
      'arn:aws:ec2:us-east-1:1:instance/i-0a',
    ],
    [
      'You are not authorized to perform this operation. Encoded authorization failure message: c2VjcmV0',
      call.action,
      call.resource,
    ],
  ])('a denial names action and resource: %s', (message, action, resource) => {
    const error = classify(aws('UnauthorizedOperation', message), call);
    expect(error.message).toBe(`AWS does not allow ${action} on ${resource}: UnauthorizedOperation.`);
    expect(error.hint).toBe(`Allow ${action} on ${resource} in the role of this function (serverless.yml).`);
  });

  test('what is sorted already stays as it is; what is no error is Unexpected', () => {
    const sorted = fail('SecretMissing', 'There is no secret x.');
    expect(classify(sorted, call)).toBe(sorted);
    expect(classify('a text', call)).toMatchObject({ code: 'Unexpected', message: expect.stringContaining('a text') });
  });
});

test('calling gives the answer, or throws what classify makes of the error', async () => {
  await expect(calling(call, Promise.resolve('answer'))).resolves.toBe('answer');
  await expect(calling(call, Promise.reject(aws('ThrottlingException')))).rejects.toMatchObject({
    code: 'ThrottledByAws',
  });
});
