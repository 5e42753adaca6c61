package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import observatory.stream.Frames;
import observatory.stream.Lock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one process leaves goes where it was meant to go, whoever comes next. */
class InheritanceTest {
    private static final long ROOMY = 1L << 30;
    private static final Destination HERE = new Destination("observatory.", "kafka-1:9092, kafka-2:9092", "here");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "observatory. | kafka-1:9092            | here  | true",
                "observatory. | elsewhere:9092          | here  | true", // it answers at several addresses
                "observatory. | kafka-1:9092            | other | false", // a tunnel, or a cluster made anew
                "team.        | kafka-1:9092            | here  | false",
                "observatory. | KAFKA-2:9092,kafka:9092 |       | true", // it never answered
                "observatory. | elsewhere:9092          |       | false",
                "team.        | kafka-1:9092            |       | false"
            })
    void aDestinationIsTheClusterAndTheTopics(String prefix, String bootstrap, String cluster, boolean same)
            throws IOException {
        Destination meant = new Destination(prefix, bootstrap, cluster == null ? "" : cluster);
        meant.write(folder);
        assertEquals(Optional.of(meant), Destination.of(folder), "it is what was written");
        assertEquals(same, meant.is(HERE));
    }

    @Test
    void whatIsForAnotherIsLeftAloneAndNamed() throws IOException {
        left(1, Optional.of(HERE));
        left(2, Optional.empty()); // of an older program
        left(3, Optional.of(new Destination("team.", "kafka-1:9092", "here")));
        left(4, Optional.of(new Destination("observatory.", "typo:9092", "")));
        Path strange = left(5, Optional.of(HERE));
        Files.writeString(strange.resolve(Destination.FILE), "no JSON");
        Path relayed = left(6, Optional.empty());
        Files.createFile(relayed.resolve(Spool.FOR_RELAY));
        try (Inheritance inheritance = Inheritance.of(folder, ROOMY, Optional.of(HERE))) {
            assertEquals(
                    List.of(of(1), of(2), of(5)),
                    inheritance.ours().stream().map(Leftover::folder).toList());
            assertEquals(
                    "2 spools of earlier processes are not for here and stay in " + folder
                            + ", for kafka-1:9092 (cluster here, topics team.*);"
                            + " for typo:9092 (which never answered, topics observatory.*);"
                            + " a command that names that cluster and prefix sends them,"
                            + " `observatory doctor --drain --redirect` to any other",
                    inheritance.told().orElseThrow());
            assertTrue(free(3), "who sends there may take it");
            assertFalse(free(1), "it is being sent");
        }
        for (int writer = 1; writer <= 6; writer++) {
            assertTrue(SegmentFile.in(of(writer)), "nothing is lost of " + writer);
        }
    }

    @Test
    void whatWasDeliveredLeavesNothingBehind() throws IOException {
        Path drained = left(1, Optional.of(HERE));
        Files.createFile(drained.resolve(Destination.FILE + ".new")); // on a disk that was full
        try (Inheritance inheritance = Inheritance.of(folder, ROOMY, Optional.of(HERE))) {
            Rows.drain(inheritance.ours().getFirst().store());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void aSpoolWritesDownWhereItGoesAndKeepsTheNameOfAClusterThatIsAway() throws IOException {
        try (Spool spool = new Spool(folder, new UUID(0, 1), ROOMY)) {
            spool.offer(Frames.frame(Rows.ORIGIN, 0));
            spool.destined(HERE.asUnanswered());
            assertEquals(Optional.of(HERE.asUnanswered()), Destination.of(of(1)));
            spool.destined(HERE);
            spool.destined(HERE.asUnanswered());
            assertEquals(Optional.of(HERE), Destination.of(of(1)));
            Files.delete(of(1).resolve(Destination.FILE));
            spool.destined(HERE.asUnanswered());
            assertEquals(Optional.of(HERE), Destination.of(of(1)), "written anew where it was deleted");
        }
        assertEquals(Optional.of(HERE), Destination.of(of(1)));
    }

    private Path left(long writer, Optional<Destination> meant) throws IOException {
        try (Store store = new Store(of(writer), ROOMY)) {
            store.append(Rows.plain(0, 3));
        }
        if (meant.isPresent()) {
            meant.get().write(of(writer));
        }
        return of(writer);
    }

    private Path of(long writer) {
        return folder.resolve(new UUID(0, writer).toString());
    }

    private boolean free(long writer) throws IOException {
        Optional<Lock> lock = Lock.tryLock(of(writer), Spool.LOCK);
        lock.ifPresent(taken -> taken.close(false));
        return lock.isPresent();
    }
}
