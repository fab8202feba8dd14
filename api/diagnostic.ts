// A mistake in a file that a person wrote, with its place. Readers of YAML, JSON and Compose return
// all of them; `formatDiagnostic` draws the excerpt with a caret (ux.md §10).

export interface Diagnostic {
  /** Stable: KIT0101 … ; `kit explain KIT0104` prints the long text. */
  readonly code: string
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  /** First column after what is wrong. */
  readonly endColumn: number
  /** Path of the value: `spec.replicas`, `services.web.deploy`. Empty for the document itself. */
  readonly path: string
  /** One sentence in the user's words: what was wanted and what was found. */
  readonly message: string
  /** Printed beside the caret: `did you mean "replicas"?` */
  readonly hint?: string
  /** Printed below, after `=`: how to mend it, or what is allowed here. */
  readonly help?: string
}
