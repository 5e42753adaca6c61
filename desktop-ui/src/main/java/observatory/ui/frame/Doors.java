package observatory.ui.frame;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import observatory.ui.Source;

/** What can be opened from the window. All of it may take seconds, and is asked for on threads of its own. */
public interface Doors {
    /**
     * Opens what a person has typed: a log, a folder, or a run on a cluster ({@link ClusterAddress}).
     *
     * @throws IllegalArgumentException with one line on why that will not do
     */
    Source open(String address);

    /**
     * The runs of a cluster, or of the one that is known where none is named, with trainers in other JVMs then.
     *
     * @throws IllegalArgumentException with one line on why it cannot be asked
     */
    List<Offer> offers(Optional<String> cluster);

    /** What stands between this window and an address, item by item. */
    List<Tried> test(String address);

    /** The file in which addresses are remembered. */
    Path bookmarks();
}
