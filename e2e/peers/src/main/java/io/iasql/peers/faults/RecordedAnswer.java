package io.iasql.peers.faults;

import java.util.List;
import java.util.Map;

/** An HTTP answer with its body read. */
@SuppressWarnings("ArrayRecordComponent") // never compared, and nobody changes the array
record RecordedAnswer(
    ErrorProtocol protocol, int status, Map<String, List<String>> headers, byte[] body) {}
