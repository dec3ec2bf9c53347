/**
 * Replaces `${NAME}` and `$NAME` in a Dockerfile by the build argument's value. buildah 1.28 looks its layer cache up by the
 * text of LABEL and ENV lines alone: with the value only on the command line, revision 2 would get revision 1's image.
 * Throws on a value that would need quoting.
 */
export function writeBuildArgs(dockerfile: string, buildArgs: Record<string, string>): string {
  for (const [name, value] of Object.entries(buildArgs))
    if (!/^[\w.:/@+-]+$/.test(value))
      throw new Error(`Build argument ${name} has unsafe text: ${JSON.stringify(value)}`);
  return dockerfile.replace(
    /\$\{(\w+)\}|\$(\w+)/g,
    (variable, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? '';
      return Object.hasOwn(buildArgs, name) ? (buildArgs[name] ?? variable) : variable;
    },
  );
}
