using System.Text.Json.Serialization;

namespace Pare.Report;

[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(Comparison))]
[JsonSerializable(typeof(InspectReport))]
[JsonSerializable(typeof(SensitivityReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed partial class ReportJson : JsonSerializerContext;
