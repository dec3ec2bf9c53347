import type { FastifyInstance } from 'fastify';

/**
 * `/health`, for startup, readiness and liveness probes alike: 200 while the process serves, 503 once it shuts down.
 * 503 does not get a terminating pod killed early: the kubelet stops its liveness probes when termination begins.
 */
export function healthRoute(app: FastifyInstance, isReady: () => boolean): void {
  // Probes come every few seconds: only what goes wrong with them is worth a line in the log.
  app.get('/health', { logLevel: 'warn' }, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    if (isReady()) return { status: 'ok' };
    return reply.code(503).send({ status: 'shutting down' });
  });
}
