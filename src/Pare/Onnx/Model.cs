using System.Collections.Immutable;

namespace Pare.Onnx;

/// <summary>The version of one operator set that a model is written in.</summary>
public sealed record Opset(string Domain, long Version);

/// <summary>A function: an operator defined by nodes of its own.</summary>
public sealed record Function
{
    public required string Name { get; init; }
    public string Domain { get; init; } = "";
    public ImmutableArray<string> Inputs { get; init; } = [];
    public ImmutableArray<string> Outputs { get; init; } = [];
    public ImmutableArray<Node> Nodes { get; init; } = [];
    public ImmutableArray<Opset> Opsets { get; init; } = [];

    /// <summary>Fields of the file that Pare does not use (attributes, defaults, documentation), as they stood.</summary>
    public ReadOnlyMemory<byte> Rest { get; init; }
}

/// <summary>A whole ONNX file: a graph and what is said about it. Immutable; copies share everything unchanged.</summary>
public sealed record Model
{
    public required Graph Graph { get; init; }
    public long IrVersion { get; init; } = 8;
    public ImmutableArray<Opset> Opsets { get; init; } = [new("", 17)];
    public ImmutableArray<Function> Functions { get; init; } = [];

    /// <summary>Free text by key, in the file's order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Fields of the file that Pare does not use (producer, documentation, training), as they stood.</summary>
    public ReadOnlyMemory<byte> Rest { get; init; }

    /// <summary>Version of the standard's own operator set.</summary>
    public long OpsetVersion => Opsets.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 1;

    public string? MetadataValue(string key) => Metadata.FirstOrDefault(p => p.Key == key).Value;

    /// <summary>The model with a metadata entry set, or removed where <paramref name="value"/> is null.</summary>
    public Model WithMetadata(string key, string? value)
    {
        var rest = Metadata.RemoveAll(p => p.Key == key);
        return this with { Metadata = value is null ? rest : rest.Add(new(key, value)) };
    }
}
