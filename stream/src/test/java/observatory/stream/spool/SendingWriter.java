package observatory.stream.spool;

import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import observatory.probe.Origin;
import observatory.stream.Frames;
import observatory.stream.cluster.Topics;

/** A process that spools and sends frames until it is killed, and says how many are surely on disk. */
final class SendingWriter {
    private SendingWriter() {}

    /** {@code SPOOLS WRITER BOOTSTRAP} */
    public static void main(String[] args) throws Exception {
        Origin origin = Frames.origin("killed", UUID.fromString(args[1]));
        try (Spool spool = new Spool(Path.of(args[0]), origin.writer(), 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(args[2]);
            for (long seq = 0; ; seq++) {
                while (!spool.offer(Frames.frame(origin, seq))) {
                    LockSupport.parkNanos(100_000);
                }
                if (seq % 50 == 49) {
                    System.out.println(Row.item(spool.store().lastKey()));
                    LockSupport.parkNanos(2_000_000);
                }
            }
        }
    }
}
