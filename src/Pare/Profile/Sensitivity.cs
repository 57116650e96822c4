namespace Pare.Profile;

/// <summary>What the network costs and loses where one layer alone is changed.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Method">What is done to it: sparsity, bits, rank or channels.</param>
/// <param name="Setting">How much: for sparsity the share of zeros, for bits the bits a weight, for rank the share of its multiply-adds kept, for channels the share of its channels kept.</param>
/// <param name="Drop">Points lost on the metric; negative for a gain.</param>
/// <param name="Bytes">Bytes of the whole network with only this layer changed.</param>
/// <param name="Macs">Multiply-adds of the whole network with only this layer changed.</param>
public sealed record SensitivityPoint(string Layer, string Method, double Setting, double Drop, long Bytes, long Macs);
