/** Environment: one account mirrored in one database, and the engine that looks after it. */
package io.iasql.operator.environment;
