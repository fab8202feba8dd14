// The systemd unit of a node. Tasks outlive the daemon: `KillMode=process` signals only kitd when the unit is
// stopped or restarted, so the shims and their tasks go on, and `Restart=always` brings kitd back to them.
// `Delegate=yes` keeps systemd from touching the control groups that kit makes for limits.

export interface UnitOptions {
  readonly node: string
  readonly kitd: string
  readonly directory: string
  readonly user: string
  /** Further words for kitd. */
  readonly args: readonly string[]
}

export const unitName = 'kitd.service'

/** Of kitd and, by inheritance, of its tasks: each task and each client is a few descriptors. */
const openFiles = 1_048_576

export function unitFile({ node, kitd, directory, user, args }: UnitOptions): string {
  const command = [node, kitd, '-d', directory, ...args].map(quote).join(' ')
  // systemd makes directories below /var/lib itself, with the owner and mode that are needed.
  const below = /^\/var\/lib\/([^\s%]+)$/.exec(directory)?.[1]
  return `# Written by \`kit node install\`; \`kit node uninstall\` removes it.
[Unit]
Description=kit node
Wants=network-online.target
After=network-online.target docker.service
RequiresMountsFor=${quote(directory)}
StartLimitIntervalSec=0

[Service]
# Started means that it answers. The log of a large cluster takes a while to be read.
Type=notify
NotifyAccess=all
TimeoutStartSec=5min
ExecStart=${command}
User=${user}
Restart=always
RestartSec=1s
# Only the daemon is stopped: its tasks run on, and the next kitd finds them.
KillMode=process
TimeoutStopSec=30s
Delegate=yes
LimitNOFILE=${openFiles}
TasksMax=infinity
${below === undefined ? '' : `StateDirectory=${below}\nStateDirectoryMode=0700\n`}
[Install]
WantedBy=multi-user.target
`
}

/** As systemd.service(5) has it: `%` and `$` mean something there. */
function quote(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w@%+=:,./$-]+$/.test(word) ? escaped : `"${escaped}"`
}
