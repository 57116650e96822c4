using System.Text.Json;

namespace Pare.Recipes;

/// <summary>Reads the options of one JSON object; every mistake becomes one line, and nothing is ignored.</summary>
internal sealed class OptionReader(JsonElement element, string where)
{
    private readonly JsonElement _element = element.ValueKind == JsonValueKind.Object ? element : throw new BadInputException($"{where} is {element.ValueKind}, an object is allowed");
    private readonly HashSet<string> _known = [];

    public string Text(string name, string otherwise) =>
        Find(name) is not { } value ? otherwise : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, value, "a text");

    /// <summary>False where it is left out.</summary>
    public bool Flag(string name) =>
        Find(name) is { } value && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.False ? false : throw Wrong(name, value, "true or false")));

    public IReadOnlyList<string> Texts(string name) =>
        Find(name) is not { } value ? [] : [.. Items(name, value).Select(v => v.ValueKind == JsonValueKind.String ? v.GetString()! : throw Wrong(name, v, "texts"))];

    public double Number(string name, double otherwise, double above, double upTo) => Find(name) is { } value ? InRange(name, value, above, upTo) : otherwise;

    public IReadOnlyList<double> Numbers(string name, double above, double upTo) =>
        Find(name) is { } value ? [.. Items(name, value).Select(v => InRange(name, v, above, upTo))] : throw new BadInputException($"{where} has no '{name}'");

    public IReadOnlyList<int> Wholes(string name, int least, int most) =>
        Find(name) is { } value ? [.. Items(name, value).Select(v => InRange(name, v, least, most))] : throw new BadInputException($"{where} has no '{name}'");

    public int Whole(string name, int otherwise, int least, int most) => Find(name) is { } value ? InRange(name, value, least, most) : otherwise;

    public T OneOf<T>(string name, T otherwise) where T : struct, Enum
    {
        if (Find(name) is not { } value) return otherwise;
        if (value.ValueKind == JsonValueKind.String && Enum.TryParse<T>(value.GetString(), ignoreCase: true, out var parsed) && Enum.IsDefined(parsed)) return parsed;
        throw Wrong(name, value, $"one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
    }

    public OptionReader Child(string name) => new(Find(name) ?? throw new BadInputException($"{where} has no '{name}'"), $"{where}, {name}");

    public IEnumerable<OptionReader> Children(string name) =>
        Find(name) is { } value ? Items(name, value).Select((v, i) => new OptionReader(v, $"{where}, {name}[{i}]")) : throw new BadInputException($"{where} has no '{name}'");

    /// <summary>Names an option that nobody asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var property in _element.EnumerateObject())
            if (!_known.Contains(property.Name))
                throw new BadInputException($"{where}: option '{property.Name}' is not known; allowed: {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
    }

    private JsonElement? Find(string name)
    {
        _known.Add(name);
        return _element.TryGetProperty(name, out var value) ? value : null;
    }

    private IEnumerable<JsonElement> Items(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(name, value, "a list");

    private double InRange(string name, JsonElement value, double above, double upTo) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && number > above && number <= upTo
            ? number : throw Wrong(name, value, $"a number {(above < 0 && above > -1e-200 ? "from 0" : $"above {above}")} up to {upTo}");

    private int InRange(string name, JsonElement value, int least, int most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most ? number : throw Wrong(name, value, $"a whole number from {least} to {most}");

    private BadInputException Wrong(string name, JsonElement value, string allowed) => new($"{where}: {name} is {value.GetRawText()}, {allowed} is allowed");
}
