import type { FastifyInstance } from 'fastify';
import type { Build } from '../build.ts';

/** `/`: a page for browsers, the same as JSON for everything else. */
export function homeRoute(app: FastifyInstance, build: Build): void {
  const page = render(build);
  app.get('/', async (request, reply) => {
    reply.header('vary', 'accept');
    if (!request.headers.accept?.includes('text/html')) {
      return { ...build, links: ['/health', '/version', '/metrics'] };
    }
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    return reply.type('text/html; charset=utf-8').send(page);
  });
}

function render({ name, version, revision }: Build): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto 0; padding: 0 1rem }
  code { overflow-wrap: anywhere }
</style>
<h1>${name} ${version}</h1>
<p>Revision <code>${revision}</code> answers.</p>
<p><a href="/health">health</a> · <a href="/version">version</a> · <a href="/metrics">metrics</a></p>
</html>
`;
}
