package observatory.probe;

import java.util.List;
import java.util.Optional;

/** Where commands find probes by name. */
public interface Catalogue {
    /** A catalogue with nothing in it. */
    Catalogue EMPTY = new Catalogue() {
        @Override
        public Optional<Question> find(String name, Schedule schedule) {
            return Optional.empty();
        }

        @Override
        public List<Question> of(Pack pack) {
            return List.of();
        }

        @Override
        public List<String> names() {
            return List.of();
        }
    };

    /** The probe of this name with another schedule; empty where there is none of this name. */
    Optional<Question> find(String name, Schedule schedule);

    List<Question> of(Pack pack);

    List<String> names();
}
