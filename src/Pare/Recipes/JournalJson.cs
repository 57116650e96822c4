using System.Text.Json.Serialization;

namespace Pare.Recipes;

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
[JsonSerializable(typeof(double[]))]
internal sealed partial class JournalJson : JsonSerializerContext;
