// @ts-check
// The first file that runs, by whatever Node.js is there, before anything is installed: old syntax, no dependencies.
const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  process.stderr.write(
    `Hawser needs Node.js 20 or newer to start (it fetches version 24 itself); this is ${process.version}.\n`,
  );
  process.exitCode = 1;
} else {
  const { start } = await import('./start.mjs');
  await start(process.argv.slice(2));
}
