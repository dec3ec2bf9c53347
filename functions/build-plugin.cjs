// Lets `serverless deploy` and `serverless package` build the functions themselves: there is no stale bundle to deploy.
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

// oxlint-disable-next-line typescript/no-extraneous-class -- the framework takes plugins as classes
module.exports = class BuildPlugin {
  constructor(serverless) {
    const build = () => {
      // The build is TypeScript, which Node 24 of the devDependency `node` runs as it is; `npx` may be an older one.
      const node = join(serverless.serviceDir, 'node_modules', 'node', 'bin', 'node');
      execFileSync(node, [join('functions', 'build.ts')], {
        cwd: serverless.serviceDir,
        stdio: ['ignore', 'inherit', 'inherit'],
      });
    };
    this.hooks = {
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
    };
  }
};
