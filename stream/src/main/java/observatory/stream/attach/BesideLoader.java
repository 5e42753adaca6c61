package observatory.stream.attach;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Loads the observatory beside a trainer: what the trainer has of the vocabulary and frameworks is its own, all
 * else comes from here.
 */
final class BesideLoader extends URLClassLoader {
    private final Map<String, ClassLoader> shared;

    private BesideLoader(URL[] classPath, Map<String, ClassLoader> shared) {
        super("observatory", classPath, ClassLoader.getPlatformClassLoader());
        this.shared = Map.copyOf(shared);
    }

    /** @param shared the trainer's loaders, by the prefix of the names they load */
    static BesideLoader of(String classPath, Map<String, ClassLoader> shared) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new BesideLoader(urls.toArray(URL[]::new), shared);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        for (Map.Entry<String, ClassLoader> one : shared.entrySet()) {
            if (name.startsWith(one.getKey())) {
                return one.getValue().loadClass(name);
            }
        }
        return super.loadClass(name, resolve);
    }
}
