/** What an environment is guarded against, whoever changes it. */
package io.iasql.engine.guard;
