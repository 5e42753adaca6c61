package observatory.stream.attach;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Loads the observatory beside a trainer: the vocabulary of probes is the trainer's own, all else comes from here. */
final class BesideLoader extends URLClassLoader {
    private static final String SHARED = "observatory.probe.";

    private final ClassLoader probes;

    private BesideLoader(URL[] classPath, ClassLoader probes) {
        super("observatory", classPath, ClassLoader.getPlatformClassLoader());
        this.probes = probes;
    }

    static BesideLoader of(String classPath, ClassLoader probes) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new BesideLoader(urls.toArray(URL[]::new), probes);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return name.startsWith(SHARED) ? probes.loadClass(name) : super.loadClass(name, resolve);
    }
}
