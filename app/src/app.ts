import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Build } from './build.ts';
import { observeRequests } from './metrics.ts';
import { healthRoute } from './routes/health.ts';
import { homeRoute } from './routes/home.ts';
import { metricsRoute } from './routes/metrics.ts';
import { versionRoute } from './routes/version.ts';

export interface AppOptions {
  build: Build;
  /** Asked at each health check; false while the process shuts down. */
  isReady: () => boolean;
  logLevel?: string;
  /** Where the log goes: one JSON object a line. Default stdout. */
  logTo?: { write(line: string): void };
}

/** The app, ready to listen or to be injected into. Each instance has its own metrics registry. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { build } = options;
  const app = fastify({
    logger: {
      level: options.logLevel ?? 'info',
      base: { revision: build.revision },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      ...(options.logTo === undefined ? {} : { stream: options.logTo }),
    },
    genReqId: requestId,
    bodyLimit: 64 * 1024,
    // Requests that come over a kept-alive connection while the app closes are still answered.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      identify(build, request, reply);
      answerError(error, request, reply);
    },
  });

  const metrics = observeRequests(app, build);
  app.addHook('onRequest', async (request, reply) => identify(build, request, reply));
  // Otherwise a connection whose request was in flight stays open after the answer, and holds up the shutdown.
  app.addHook('onSend', async (_request, reply) => {
    if (!options.isReady()) reply.header('connection', 'close');
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ statusCode: 404, error: 'Not Found', message: 'No such page.', requestId: request.id }),
  );

  homeRoute(app, build);
  healthRoute(app, options.isReady);
  versionRoute(app, build);
  metricsRoute(app, metrics);
  return app;
}

/** A caller's own id is kept when it is safe to log and to send back. */
function requestId(request: { headers: Record<string, unknown> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

/** On every answer, errors included: one request is enough to learn which revision gave it. */
function identify(build: Build, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ 'x-revision': build.revision, 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
}

/** What was wrong with the request is told; what is wrong with us goes to the log only, under the same request id. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const statusCode = error.statusCode !== undefined && error.statusCode >= 400 ? error.statusCode : 500;
  const ours = statusCode >= 500;
  request.log[ours ? 'error' : 'info']({ err: error }, 'request failed');
  void reply.code(statusCode).send({
    statusCode,
    error: STATUS_CODES[statusCode] ?? 'Error',
    message: ours ? 'Something went wrong on our side.' : error.message,
    requestId: request.id,
  });
}
