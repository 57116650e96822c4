namespace Pare.Profile;

/// <summary>What a network loses, and what it takes, where one layer alone is changed.</summary>
/// <param name="Layer">The layer's name; for channels the names of the layers that share them, with " + " between.</param>
/// <param name="Method">sparsity, bits, rank or channels.</param>
/// <param name="Setting">For sparsity the share of zeros, for bits the bits of a weight, for rank the share of the layer's multiply-adds kept, for channels the share of channels kept.</param>
/// <param name="Drop">Percentage points of the metric lost against the network as it was; negative for a gain.</param>
/// <param name="Bytes">Packed bytes of the whole network with only this layer changed.</param>
/// <param name="Macs">Multiply-adds of the whole network with only this layer changed.</param>
public sealed record SensitivityPoint(string Layer, string Method, double Setting, double Drop, long Bytes, long Macs);
