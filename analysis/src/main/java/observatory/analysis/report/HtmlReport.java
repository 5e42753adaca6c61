package observatory.analysis.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A post-mortem as one HTML page that needs nothing beside it: no script, no network, charts inside. Every name from
 * the run is escaped. Below 2 MB for any length of run, because curves are decimated and long lists
 * are cut and counted.
 */
public final class HtmlReport {
    private static final Template PAGE = template();

    private HtmlReport() {}

    public static String of(PostMortem result) {
        return PAGE.execute(Page.of(result));
    }

    private static Template template() {
        return template("report.html");
    }

    /** A template of this package, which may take in others by name. */
    static Template template(String name) {
        try (Reader text = text(name)) {
            return Mustache.compiler()
                    .emptyStringIsFalse(true)
                    .withLoader(HtmlReport::text)
                    .compile(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reader text(String name) {
        InputStream in = HtmlReport.class.getResourceAsStream(name);
        return new InputStreamReader(Objects.requireNonNull(in, name), StandardCharsets.UTF_8);
    }
}
