package observatory.stream;

/** One spooled item: its place in the order of the spool, whether it is a frame, and its bytes in Smile. */
record Row(long id, boolean frame, byte[] body) {}
