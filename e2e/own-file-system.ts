// A small file system of its own for a test that fills it: in memory, at a directory. Only the superuser of Linux can mount one.

import { spawnSync } from 'node:child_process'

/** Returns why it is not there. */
export function mountInMemory(directory: string, sizeMiB: number): string | undefined {
  if (process.platform !== 'linux') return `no file system is mounted in memory on ${process.platform}`
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', directory], { encoding: 'utf8' })
  return status === 0 ? undefined : `no file system can be mounted here (${error?.message ?? stderr.trim().split('\n')[0]})`
}

/** With other options from now on, such as `ro`. */
export function remount(directory: string, options: string): boolean {
  return spawnSync('mount', ['-o', `remount,${options}`, directory], { stdio: 'ignore' }).status === 0
}

export function unmount(directory: string): boolean {
  return spawnSync('umount', [directory], { stdio: 'ignore' }).status === 0
}
