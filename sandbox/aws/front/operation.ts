import type { IncomingMessage } from 'node:http';

/** What a request asks of AWS. */
export interface Operation {
  /** The signing name (`ec2`, `ssm`, `sqs`), or `none` for an unsigned request, such as one to a function URL. */
  service: string;
  /** The action's name; for services with REST paths the method and the path. */
  action: string;
}

/** The service of the credential scope: `Credential=KEY/20261124/us-east-1/ec2/aws4_request`. */
export function serviceOf(message: IncomingMessage): string {
  return (
    /Credential=[^/,]*\/\d{8}\/[^/,]*\/([^/,]+)\/aws4_request/.exec(message.headers.authorization ?? '')?.[1] ?? 'none'
  );
}

/** Whether the action's name is in the body: the query protocol's form. */
export function isQuery(message: IncomingMessage): boolean {
  return message.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

export function actionOf(message: IncomingMessage, form: string): string {
  const target = message.headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  return new URLSearchParams(form).get('Action') ?? `${message.method} ${message.url?.split('?')[0]}`;
}
