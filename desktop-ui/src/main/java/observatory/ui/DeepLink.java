package observatory.ui;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.OptionalLong;
import observatory.probe.RunId;

/**
 * A place in a run that an alert points to: {@code observatory://run/gpt-7?step=4211&layer=17&view=precision}.
 *
 * @param view the title of a screen, in any case; unknown ones are passed over
 */
public record DeepLink(RunId run, OptionalLong step, OptionalLong layer, Optional<String> view) {
    private static final String SCHEME = "observatory";

    /** @throws IllegalArgumentException where the text is no such link, saying what it lacks */
    public static DeepLink parse(String text) {
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a link: " + e.getMessage(), e);
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        if (!SCHEME.equals(uri.getScheme()) || !"run".equals(uri.getHost()) || path.length() < 2) {
            throw new IllegalArgumentException(
                    "a link has the form observatory://run/NAME?step=N&view=SCREEN: link=" + text);
        }
        OptionalLong step = OptionalLong.empty();
        OptionalLong layer = OptionalLong.empty();
        Optional<String> view = Optional.empty();
        for (String part : (uri.getQuery() == null ? "" : uri.getQuery()).split("&")) {
            int equals = part.indexOf('=');
            String value = part.substring(equals + 1);
            switch (equals < 0 ? "" : part.substring(0, equals)) {
                case "step" -> step = OptionalLong.of(whole("step", value));
                case "layer" -> layer = OptionalLong.of(whole("layer", value));
                case "view" -> view = Optional.of(value);
                default -> {} // a newer version may say more
            }
        }
        return new DeepLink(new RunId(path.substring(1)), step, layer, view);
    }

    @Override
    public String toString() {
        StringBuilder query = new StringBuilder();
        step.ifPresent(value -> query.append("&step=").append(value));
        layer.ifPresent(value -> query.append("&layer=").append(value));
        view.ifPresent(value -> query.append("&view=").append(value));
        return SCHEME + "://run/" + run.value() + (query.isEmpty() ? "" : "?" + query.substring(1));
    }

    private static long whole(String name, String value) {
        if (!value.matches("-?\\d{1,18}")) {
            throw new IllegalArgumentException("a link's " + name + " is a whole number: " + name + "=" + value);
        }
        return Long.parseLong(value);
    }
}
