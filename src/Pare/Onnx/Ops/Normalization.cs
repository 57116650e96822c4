using System.Collections.Immutable;

namespace Pare.Onnx.Ops;

/// <summary>Normalizations, which keep the shape of their input.</summary>
internal static class Normalization
{
    public static IEnumerable<Operator> Operators =>
    [
        new("BatchNormalization", new(5, 5), new(1, 5), Batch),
        Operator.One("InstanceNormalization", 3, 3, c => PerChannel(c, [1, 2])),
        Operator.One("GroupNormalization", 3, 3, c => new(c.Type(), c.Shape())),
        Operator.One("RMSNormalization", 2, 2, c => new(c.Type(), c.Shape())),
        new("LayerNormalization", new(2, 3), new(1, 3), Layer),
    ];

    private static Known[] Batch(OpContext c)
    {
        var y = PerChannel(c, [1, 2, 3, 4]);
        var statistics = new Known(c.Type(3), c.Shape(3));
        return [y, statistics, statistics, statistics, statistics];
    }

    private static Known PerChannel(OpContext c, int[] inputs)
    {
        if (c.Shape() is { Length: > 1 } x)
        {
            foreach (var i in inputs)
                if (c.Shape(i) is { } s && (s.Length != 1 || !Dims.Agree(s[0], x[1])))
                    throw c.Bad($"input {i} has shape [{Dims.Text(s)}], the data has {x[1]} channels");
        }
        return new(c.Type(), c.Shape());
    }

    private static Known[] Layer(OpContext c)
    {
        ImmutableArray<Dimension>? reduced = null;
        if (c.Shape() is { } x)
        {
            var axis = c.Axis(c.Node.Int("axis", -1), x.Length);
            reduced = [.. x.Select((d, i) => i < axis ? d : (Dimension)1)];
        }
        var statistics = new Known((ElementType)c.Node.Int("stash_type", 1), reduced);
        return [new(c.Type(), c.Shape()), statistics, statistics];
    }
}
