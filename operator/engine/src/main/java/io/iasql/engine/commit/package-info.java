/** Commits: the queue, the journal, the work in order, resumption, compensation, the ledger. */
package io.iasql.engine.commit;
