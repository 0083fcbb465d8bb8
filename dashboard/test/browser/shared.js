import { after, beforeEach } from "node:test"

/**
 * What the tests of a file share: started before the first that runs, ended after the last.
 *
 * Not by `before`: of a file whose tests are all left out by `--test-name-pattern`, Node calls `before` and, without
 * waiting for it, `after`; what comes up later then holds the process for ever. `beforeEach` belongs to a test that runs.
 */
export function shared(start, end) {
  let started
  beforeEach(() => {
    started ??= start()
    return started
  })
  after(end)
}
