package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.operator.status.Reason;

/**
 * Why a transaction is neither planned nor committed for now.
 *
 * @param phase the phase of one that waits like that
 * @param reason why, for conditions and events
 * @param message why, for people, with what to do next
 */
record Hold(Phase phase, Reason reason, String message) {}
