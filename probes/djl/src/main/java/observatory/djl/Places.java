package observatory.djl;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import observatory.probe.Hook;
import observatory.probe.Site;

/**
 * Which hook and layer the blocks and parameters of a model belong to, by their names and classes. Layers are what
 * stands in a row: siblings of one class that are themselves made of blocks, or what is called a layer or a transformer
 * block; a model without any has a layer for each child of its root that has parameters. What no rule names is not
 * watched as an activation; parameters all are.
 */
final class Places {
    private static final Pattern LAYER =
            Pattern.compile(".*(encoder|decoder|transformer)(block|layer)|(layer|block|h)\\d*");
    private static final Pattern ATTENTION = Pattern.compile(".*(attention|attn)(block)?");
    private static final Pattern QKV = Pattern.compile("(query|key|value|qkv|[qkv])(_?proj(ection)?)?|c_attn|w[qkv]");
    private static final Pattern FIRST_NORM =
            Pattern.compile("(attention|attn|input|pre)_?(layer)?_?norm|(ln|(layer)?norm)_?1|ln_attn");
    private static final Pattern SECOND_NORM =
            Pattern.compile("(output|mlp|ffn|post(_?attention)?)_?(layer)?_?norm|(ln|(layer)?norm)_?2|ln_mlp");
    private static final Pattern NORM = Pattern.compile(".*norm|ln_?f");
    private static final Pattern FEED_FORWARD =
            Pattern.compile("mlp|ffn|feed_?forward|outputblock|(pointwise)?feedforward(block)?|fully_?connected");
    private static final Pattern EMBEDDING = Pattern.compile(".*embedding(block)?|wte|embed");

    private final Map<Block, Place> blocks = new IdentityHashMap<>();
    private final List<Watched> parameters = new ArrayList<>();
    private int layers;

    /** A parameter and its place; {@code name} is its path below its layer, as {@code attention.query.weight}. */
    record Watched(Parameter parameter, int layer, String name) {
        Site at(Hook hook) {
            return new Site(hook, layer, name);
        }
    }

    Places(Block root) {
        if (!hasLayers(root)) {
            for (Pair<String, Block> child : root.getChildren()) {
                if (!child.getValue().getParameters().isEmpty()) {
                    blocks.put(child.getValue(), new Place(Hook.RESIDUAL, layers));
                    parameters(child.getValue(), layers, "");
                    layers++;
                }
            }
            root.getDirectParameters()
                    .forEach(pair -> parameters.add(new Watched(pair.getValue(), Site.NO_LAYER, pair.getKey())));
        } else {
            outside(root, "");
        }
    }

    Optional<Place> of(Block block) {
        return Optional.ofNullable(blocks.get(block));
    }

    List<Watched> parameters() {
        return parameters;
    }

    int layers() {
        return layers;
    }

    private void outside(Block block, String path) {
        block.getDirectParameters()
                .forEach(
                        pair -> parameters.add(new Watched(pair.getValue(), Site.NO_LAYER, join(path, pair.getKey()))));
        Block last = null;
        for (Pair<String, Block> child : block.getChildren()) {
            Block one = child.getValue();
            if (isLayer(child, block)) {
                if (layers == 0 && last != null) {
                    // What the first layer reads, if nothing was called an embedding.
                    blocks.putIfAbsent(last, new Place(Hook.EMBEDDING, Site.NO_LAYER));
                }
                blocks.put(one, new Place(Hook.RESIDUAL, layers));
                inside(one, layers, "", false);
                layers++;
                continue;
            }
            String name = plain(child.getKey());
            if (layers == 0
                    && (EMBEDDING.matcher(name).matches()
                            || EMBEDDING.matcher(type(one)).matches())) {
                blocks.put(one, new Place(Hook.EMBEDDING, Site.NO_LAYER));
            } else if (layers > 0 && isNorm(name, one)) {
                blocks.put(one, new Place(Hook.FINAL_NORM, Site.NO_LAYER));
            }
            outside(one, join(path, own(child, block)));
            last = one.getParameters().isEmpty() ? last : one;
        }
    }

    private void inside(Block block, int layer, String path, boolean feedForward) {
        block.getDirectParameters()
                .forEach(pair -> parameters.add(new Watched(pair.getValue(), layer, join(path, pair.getKey()))));
        boolean first = true;
        for (Pair<String, Block> child : block.getChildren()) {
            Block one = child.getValue();
            String name = plain(child.getKey());
            Hook hook = feedForward ? insideFeedForward(one, first) : hook(name, one);
            if (hook != null) {
                blocks.put(one, new Place(hook, layer));
            }
            inside(one, layer, join(path, own(child, block)), hook == Hook.MLP_OUT);
            first &= one.getParameters().isEmpty();
        }
    }

    /** In a feed-forward block the first product, and what has no parameters behind it: the activation function. */
    private static Hook insideFeedForward(Block block, boolean first) {
        if (block.getParameters().isEmpty()) {
            return first || type(block).contains("dropout") ? null : Hook.MLP_HIDDEN;
        }
        return first ? Hook.MLP_UP : null;
    }

    private static Hook hook(String name, Block block) {
        if (isNorm(name, block)) {
            if (FIRST_NORM.matcher(name).matches()) {
                return Hook.ATTENTION_NORM;
            }
            return SECOND_NORM.matcher(name).matches() ? Hook.MLP_NORM : null;
        }
        if (block.getParameters().isEmpty()) {
            return null;
        }
        if (QKV.matcher(name).matches()) {
            return Hook.QKV;
        }
        if (ATTENTION.matcher(name).matches() || ATTENTION.matcher(type(block)).matches()) {
            return Hook.ATTENTION_OUT;
        }
        return FEED_FORWARD.matcher(name).matches()
                        || FEED_FORWARD.matcher(type(block)).matches()
                ? Hook.MLP_OUT
                : null;
    }

    private static boolean isNorm(String name, Block block) {
        return NORM.matcher(type(block)).matches() || NORM.matcher(name).matches();
    }

    private static boolean hasLayers(Block block) {
        for (Pair<String, Block> child : block.getChildren()) {
            if (isLayer(child, block) || hasLayers(child.getValue())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLayer(Pair<String, Block> child, Block parent) {
        Block block = child.getValue();
        if (block.getChildren().isEmpty() || block.getParameters().isEmpty()) {
            return false;
        }
        return LAYER.matcher(plain(child.getKey())).matches()
                || LAYER.matcher(type(block)).matches()
                || parent.getChildren().values().stream()
                                .filter(sibling -> type(sibling).equals(type(block))
                                        && !sibling.getChildren().isEmpty()
                                        && !sibling.getParameters().isEmpty())
                                .count()
                        > 1;
    }

    private void parameters(Block block, int layer, String path) {
        block.getDirectParameters()
                .forEach(pair -> parameters.add(new Watched(pair.getValue(), layer, join(path, pair.getKey()))));
        block.getChildren().forEach(child -> parameters(child.getValue(), layer, join(path, own(child, block))));
    }

    /** DJL numbers the children of a block: {@code 03selfAttention}. */
    private static String plain(String name) {
        return name.replaceFirst("^\\d\\d", "").toLowerCase(Locale.ROOT);
    }

    /** Without its number where no other child of its parent is called the same. */
    private static String own(Pair<String, Block> child, Block parent) {
        String name = plain(child.getKey());
        boolean alone = parent.getChildren().keys().stream()
                        .filter(key -> plain(key).equals(name))
                        .count()
                == 1;
        return alone ? name : child.getKey().toLowerCase(Locale.ROOT);
    }

    private static String type(Block block) {
        Block itself = block instanceof WatchedBlock watched ? watched.inner() : block;
        return itself.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
