package observatory.ui.frame;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Function;
import observatory.ui.Source;

/**
 * What the window needs from beyond itself.
 *
 * @param exports the folder for figures and tables
 * @param clock what notes are stamped with
 * @param open opens what a person has typed, such as a path; throws {@link IllegalArgumentException} with one line on
 *     why that will not do
 */
public record Outside(Path exports, InstantSource clock, Function<String, Source> open) {}
