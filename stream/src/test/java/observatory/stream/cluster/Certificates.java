package observatory.stream.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;

/** Real certificates, made by the JDK's keytool: one authority, and what it signed, each in a key store of its own. */
final class Certificates {
    private final Path folder;
    private final String password;
    private final KeyStore all;

    /** @param password of every store and key */
    Certificates(Path folder, String password) throws Exception {
        this.folder = folder;
        this.password = password;
        Path store = folder.resolve("all.p12");
        keytool(store, "ca", "-ext", "bc:c", "-validity", "30");
        String here = "san=ip:127.0.0.1,dns:localhost";
        keytool(store, "good", "-signer", "ca", "-ext", here, "-validity", "30");
        keytool(store, "expired", "-signer", "ca", "-ext", here, "-startdate", "-10d", "-validity", "3");
        keytool(store, "elsewhere", "-signer", "ca", "-ext", "san=dns:elsewhere.example", "-validity", "30");
        keytool(store, "self-signed", "-ext", here, "-validity", "30");
        this.all = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            all.load(in, password.toCharArray());
        }
    }

    /** A store with the key of this name and nothing else. */
    Path keys(String name) throws GeneralSecurityException, IOException {
        KeyStore one = empty();
        Key key = all.getKey(name, password.toCharArray());
        one.setKeyEntry(name, key, password.toCharArray(), all.getCertificateChain(name));
        return write(one, name + ".p12");
    }

    /** A store that trusts the authority. */
    Path trust() throws GeneralSecurityException, IOException {
        KeyStore one = empty();
        one.setCertificateEntry("ca", all.getCertificate("ca"));
        return write(one, "trust.p12");
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private Path write(KeyStore store, String name) throws GeneralSecurityException, IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }

    private void keytool(Path store, String alias, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-storetype",
                "PKCS12",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keystore",
                store.toString(),
                "-storepass",
                password));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.txt").toFile())
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException(Files.readString(folder.resolve("keytool.txt")));
        }
    }
}
