import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Build } from './build.ts';

/**
 * Measures every request of the app, and the process itself. Returns the registry to be scraped.
 * Requests are labelled by route template, never by path: a scan of a thousand paths must not make a thousand series.
 */
export function observeRequests(app: FastifyInstance, build: Build): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  new Gauge({
    name: 'build_info',
    help: 'Always 1; its labels say which build runs.',
    labelNames: ['name', 'version', 'revision'],
    registers: [registry],
  }).set({ ...build }, 1);

  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of the request to the last byte of its answer, in seconds.',
    labelNames: ['method', 'route', 'status_code'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    duration.observe({ method: request.method, route, status_code: reply.statusCode }, reply.elapsedTime / 1_000);
  });
  return registry;
}
