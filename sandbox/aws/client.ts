/** Region and credentials of the sandbox's AWS: it checks no signature, but the SDK wants to make one. */
export const SANDBOX_ENV = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'sandbox',
  AWS_SECRET_ACCESS_KEY: 'sandbox',
} as const;

/** What any AWS SDK client needs to talk to the sandbox. */
export function clientConfig(endpoint: string): {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
} {
  return {
    endpoint,
    region: SANDBOX_ENV.AWS_REGION,
    credentials: { accessKeyId: SANDBOX_ENV.AWS_ACCESS_KEY_ID, secretAccessKey: SANDBOX_ENV.AWS_SECRET_ACCESS_KEY },
  };
}
