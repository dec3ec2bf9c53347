import type { FastifyInstance } from 'fastify';
import type { Build } from '../build.ts';

/** `/version`: which build answers, as `{ name, version, revision }`. Never cached, since a deploy is checked by it. */
export function versionRoute(app: FastifyInstance, build: Build): void {
  app.get('/version', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return build;
  });
}
