package observatory.stream.spool;

import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import observatory.probe.Origin;
import observatory.stream.Frames;

/** A process that spools frames until it is killed, and says how many are surely on disk. */
final class SpoolWriter {
    private SpoolWriter() {}

    public static void main(String[] args) throws Exception {
        UUID writer = UUID.fromString(args[1]);
        Origin origin = Frames.origin("killed", writer);
        try (Spool spool = new Spool(Path.of(args[0]), writer, 1L << 30)) {
            for (long seq = 0; ; ) {
                if (spool.offer(Frames.frame(origin, seq))) {
                    seq++;
                } else {
                    LockSupport.parkNanos(100_000);
                }
                if (seq % 100 == 0) {
                    System.out.println(Row.item(spool.store().lastKey()));
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
    }
}
