import { buildApp } from './app.ts';
import { readSettings, type Settings } from './settings.ts';
import { shutDown } from './shutdown.ts';

/** Starts the app; SIGTERM or SIGINT ends it in good order. A second signal ends it at once, by the signal's default. */
async function serve(settings: Settings): Promise<void> {
  let ready = true;
  const app = buildApp({ build: settings.build, isReady: () => ready, logLevel: settings.logLevel });

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    app.log.info({ signal }, 'shutting down');
    ready = false;
    const clean = await shutDown(app, settings);
    app.log[clean ? 'info' : 'error'](clean ? 'shut down' : 'requests were cut off at the shutdown deadline');
    process.exit(clean ? 0 : 1);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    void stop(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);

  await app.listen({ host: settings.host, port: settings.port });
}

try {
  await serve(readSettings(process.env));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
