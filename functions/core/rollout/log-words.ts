interface LogWord {
  pattern: RegExp;
  means: string;
  fix: string;
}

/** What well-known errors in a log mean in a container, and the setting that mends each. Only said when the log has them. */
const known: LogWord[] = [
  {
    pattern: /\bEADDRINUSE\b|address already in use|port (?:is )?already (?:in use|allocated)/i,
    means: 'its port is in use already: containers of one pod share their ports',
    fix: 'Let each container of the pod listen on a port of its own, and start the server once only.',
  },
  {
    pattern:
      /(?:\bEACCES\b|permission denied)[^\n]*(?:\bbind|listen|0\.0\.0\.0:|:::?)\d*|(?:bind|listen)[^\n]*(?:\bEACCES\b|permission denied)/i,
    means: 'it may not bind its port: below 1024 that needs a right',
    fix: 'Listen on a port above 1023 (and set targetPort), or add NET_BIND_SERVICE to securityContext.capabilities.add.',
  },
  {
    pattern: /\bEROFS\b|read-only file ?system/i,
    means: 'its file system is read-only',
    fix: 'Mount an emptyDir where it writes (such as /tmp), or set securityContext.readOnlyRootFilesystem: false.',
  },
  {
    pattern: /\bENOSPC\b|no space left on device/i,
    means: 'the disk is full',
    fix: 'Free the volume or the disk of the node (df -h), or make the volume larger.',
  },
  {
    pattern: /\bEACCES\b|permission denied/i,
    means: 'it lacks a permission on a file',
    fix: 'Give the user of the container the right: securityContext.runAsUser and fsGroup, or chown in the Dockerfile.',
  },
  {
    pattern: /heap out of memory|java\.lang\.OutOfMemoryError/i,
    means: 'its heap is full',
    fix: 'Raise the heap (NODE_OPTIONS=--max-old-space-size=…, -XX:MaxRAMPercentage) and resources.limits.memory with it.',
  },
  {
    pattern:
      /Cannot find module|ERR_MODULE_NOT_FOUND|ModuleNotFoundError|ClassNotFoundException|cannot open shared object file/,
    means: 'the image lacks something that it needs',
    fix: 'Put what the last log lines name into the image: mend the Dockerfile or the dependencies.',
  },
  {
    pattern:
      /\b(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)\b|connection refused|no such host|could not translate host name/i,
    means: 'it cannot reach something that it needs',
    fix: 'See that the service it calls runs and that its address is right: kubectl get services,endpoints -A',
  },
];

/** The first known error of the lines, newest line first; undefined when there is none. */
export function wordOf(lines: readonly string[]): Pick<LogWord, 'means' | 'fix'> | undefined {
  for (const line of [...lines].reverse()) {
    const word = known.find(({ pattern }) => pattern.test(line));
    if (word !== undefined) return { means: word.means, fix: word.fix };
  }
  return undefined;
}

/** Frames of a stack, closing brackets and the banner that Node.js ends with tell nothing. */
const filler = /^\s*(?:at |[\])}]+[,;]?\s*$|\^+\s*$|Node\.js v\d|goroutine \d|exit status \d+$|File "[^"]+", line \d+)/;

/** The line of a log that says most: the last one that names an error, else the last one that says anything. */
export function tellingLine(lines: readonly string[]): string | undefined {
  const speaking = lines.filter((line) => line.trim() !== '' && !filler.test(line));
  const error = speaking.findLast((line) =>
    /error|exception|fatal|panic|cannot|can't|could not|failed|refused|denied|missing|not (?:set|found)|invalid|unable/i.test(
      line,
    ),
  );
  const last = speaking.at(-1);
  // An error far up may be one that the program got over.
  const isNear = error !== undefined && speaking.indexOf(error) >= speaking.length - 8;
  return isNear ? error : last;
}
