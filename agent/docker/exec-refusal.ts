// Why the engine could not start a command, it says as output of that command, on the standard output, as the first and
// only piece: whoever reads an archive there would take it for one. Here it comes on standard error, with the exit codes of a shell.

type Output = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>

const begins = Buffer.from('OCI runtime exec failed: ')
const [notStarted, notFound] = [126, 127]
/** Of runc and crun. */
const saysNotFound = /executable file.*not found|no such file or directory/i

/** Hands on what comes, but a piece that may be such a refusal only once it is known not to be one. */
export function refusalKept(output: Output): { readonly take: Output; readonly end: (exitCode: number) => Promise<number> } {
  let isFirst = true
  let kept: Uint8Array | undefined
  const flush = async (stream: 'stdout' | 'stderr'): Promise<void> => {
    const bytes = kept
    kept = undefined
    if (bytes !== undefined) await output(stream, bytes)
  }
  return {
    async take(stream, bytes) {
      await flush('stdout')
      if (isFirst && stream === 'stdout' && begins.equals(bytes.subarray(0, begins.length))) kept = bytes
      else await output(stream, bytes)
      isFirst = false
    },
    async end(exitCode) {
      const words = kept === undefined ? '' : Buffer.from(kept).toString()
      const isRefusal = words !== '' && [notStarted, notFound].includes(exitCode)
      await flush(isRefusal ? 'stderr' : 'stdout')
      if (!isRefusal) return exitCode
      return saysNotFound.test(words) ? notFound : notStarted
    },
  }
}
