package observatory.cli.dashboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import observatory.ui.Source;
import observatory.ui.frame.Doors;
import observatory.ui.frame.Offer;
import observatory.ui.frame.Tried;

/** Things to open as a tour shows them: what runs on the machine it is made on is nobody's business. */
record TourDoors(Path folder) implements Doors {
    TourDoors {
        try {
            Files.writeString(folder.resolve("bookmarks.txt"), "kafka.example.org:9092\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Source open(String address) {
        return Opening.tape(Path.of(address));
    }

    @Override
    public List<Offer> offers(Optional<String> broker) {
        return List.of(
                offer("gpt-small-7", "running", "4x128, bf16"),
                offer("gpt-small-6", "finished", "4x128, fp16"),
                new Offer("JVM 15189", "not watched", "com.example.Trainer", "", pack -> refused()));
    }

    private static Offer offer(String run, String state, String what) {
        return new Offer(run, state, what, "localhost:9092/" + run, pack -> refused());
    }

    private static Source refused() {
        throw new IllegalArgumentException("a tour opens no runs");
    }

    @Override
    public List<Tried> test(String address) {
        return List.of(
                new Tried("broker", Tried.Outcome.WELL, "answers in 12 ms", ""),
                new Tried("topics", Tried.Outcome.DOUBTFUL, "kept for 1 day", "`observatory topics create`"));
    }

    @Override
    public Path bookmarks() {
        return folder.resolve("bookmarks.txt");
    }
}
