/**
 * What {@code ./quickstart} runs. {@link io.iasql.quickstart.Quickstart} reads the command line and
 * narrates; {@link io.iasql.quickstart.Keeper} is a second process that holds the peers and the
 * operator, so that they can outlive the narration.
 */
package io.iasql.quickstart;
