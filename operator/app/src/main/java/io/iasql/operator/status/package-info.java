/** How things are said: conditions, reasons, events. */
package io.iasql.operator.status;
