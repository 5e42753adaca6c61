package observatory.trainer.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import observatory.trainer.cuda.Program.Key;

/** The programs recorded so far, the least used of which makes room for new ones. */
final class Programs implements AutoCloseable {
    /** Shapes times plans; a plan repeats within some hundred steps. */
    private static final int MOST = 64;

    private final Map<Key, Program> all = new LinkedHashMap<>(16, 0.75f, true);
    private final Function<Key, Program> record;
    private int recorded;

    Programs(Function<Key, Program> record) {
        this.record = record;
    }

    /** To be launched before another is asked for. */
    Program of(Key key) {
        Program program = all.computeIfAbsent(key, one -> {
            recorded++;
            return record.apply(one);
        });
        if (all.size() > MOST) {
            all.remove(all.keySet().iterator().next()).close();
        }
        return program;
    }

    /** How many were recorded so far; each costs some tens of milliseconds once. */
    int recorded() {
        return recorded;
    }

    @Override
    public void close() {
        all.values().forEach(Program::close);
    }
}
