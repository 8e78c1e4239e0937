// What a check says about a place of a Dockerfile; columns are not needed, the editor marks whole instructions.

export interface Finding {
  rule: string;
  message: string;
  startLine: number;
  endLine: number;
  /** `check` is one of Docker's rules, `advice` one of ours: it never fails a build. */
  kind: 'check' | 'advice';
  /** Replaces the lines startLine..endLine. */
  fix?: { title: string; startLine: number; endLine: number; text: string };
}
