// The managers as the leader's store knows them: who has a say, who answers, and how that is changed.

export interface Group {
  /** This node, which leads. */
  readonly self: string
  readonly members: { readonly voters: readonly string[]; readonly outgoing: readonly string[]; readonly learners: readonly string[] }
  /** Undefined once it leads no more. */
  followers():
    | readonly {
        readonly id: string
        /** It answered within the last election timeout or two. */
        readonly isReachable: boolean
        /** Committed entries that it does not have. */
        readonly behind: number
      }[]
    | undefined
  /** How the state of a member differs from that of the others; null when it does not, undefined while that is not known. */
  disagreement(id: string): string | null | undefined
  /** Resolves when the change is in force. Rejects with Unavailable when a majority of those that there would be does not answer, but for `force`. */
  changeMembers(
    change: {
      readonly steps: readonly { readonly make: 'voter' | 'learner' | 'stranger'; readonly id: string }[]
      readonly leave: 'auto'
    },
    force?: boolean,
  ): Promise<void>
  /** Begins to hand leadership to another voter. */
  transferLeadership(to: string): void
}
