package observatory.ui.frame;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import observatory.ui.Source;

/** For windows from which nothing is opened. */
public class NoDoors implements Doors {
    @Override
    public Source open(String address) {
        throw new IllegalArgumentException("nothing is opened here: " + address);
    }

    @Override
    public List<Offer> offers(Optional<String> broker) {
        return List.of();
    }

    @Override
    public List<Tried> test(String address) {
        return List.of();
    }

    @Override
    public Path bookmarks() {
        return Path.of("bookmarks.txt");
    }
}
