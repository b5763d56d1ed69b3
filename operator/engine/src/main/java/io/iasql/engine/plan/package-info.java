/** From a transaction's SQL to a plan: net change, comparison with the cloud, order, digest. */
package io.iasql.engine.plan;
