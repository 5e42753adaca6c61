package observatory.ui.frame;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import observatory.ui.Source;

/**
 * What the window needs from beyond itself.
 *
 * @param exports the folder for figures and tables
 * @param memory the file that remembers where a person was
 * @param clock what notes are stamped with
 * @param open opens what a person has typed, such as a path; throws {@link IllegalArgumentException} with one line on
 *     why that will not do
 * @param offers the runs that could be opened; may take seconds
 * @param control the road back to a trainer, where a person has asked for it
 */
public record Outside(
        Path exports,
        Path memory,
        InstantSource clock,
        Function<String, Source> open,
        Supplier<List<Offer>> offers,
        Optional<Control> control) {}
