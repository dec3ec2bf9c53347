import { awsError } from './error.ts';

export interface Step {
  name: string;
  desired: 'running' | 'stopped';
  force: boolean;
  onFailure: 'Abort' | 'Continue';
}

export interface Document {
  name: string;
  steps: Step[];
}

/** The steps of AWS' runbooks: the second one stops an instance that would not stop by itself. */
const DOCUMENTS: Document[] = [
  {
    name: 'AWS-StartEC2Instance',
    steps: [{ name: 'startInstances', desired: 'running', force: false, onFailure: 'Abort' }],
  },
  {
    name: 'AWS-StopEC2Instance',
    steps: [
      { name: 'stopInstances', desired: 'stopped', force: false, onFailure: 'Continue' },
      { name: 'forceStopInstances', desired: 'stopped', force: true, onFailure: 'Continue' },
    ],
  },
];

/** The document and parameters of a StartAutomationExecution request, checked as SSM does before it starts anything. */
export function documentOf(input: Record<string, unknown>): {
  document: Document;
  parameters: Record<string, string[]>;
} {
  const name = String(input['DocumentName']).replace(/^arn:aws:ssm:[^:]*:[^:]*:automation-definition\//, '');
  const document = DOCUMENTS.find((one) => one.name === name.split(':')[0]);
  if (!document)
    throw awsError('AutomationDefinitionNotFoundException', `Automation definition ${name} does not exist.`);
  return { document, parameters: parametersOf(input['Parameters'] ?? {}) };
}

function parametersOf(given: unknown): Record<string, string[]> {
  const entries = Object.entries(given as Record<string, unknown>);
  const parameters: Record<string, string[]> = {};
  for (const [key, values] of entries) {
    if (key !== 'InstanceId' && key !== 'AutomationAssumeRole')
      throw invalid(`Unknown parameters [${key}] are not defined in the document.`);
    if (!Array.isArray(values) || !values.every((value) => typeof value === 'string'))
      throw invalid(`Parameter ${key} must be a list of strings.`);
    parameters[key] = values;
  }
  if (!parameters['InstanceId']?.length) throw invalid('Missing required parameters [InstanceId].');
  const role = parameters['AutomationAssumeRole']?.[0];
  if (role !== undefined && role !== '' && !/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(role))
    throw invalid(`Parameter AutomationAssumeRole is not the ARN of a role: ${role}`);
  return parameters;
}

function invalid(message: string): Error {
  return awsError('InvalidAutomationExecutionParametersException', message);
}
