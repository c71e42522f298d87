// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Stands where the OP stack has its GasPriceOracle, and asks the same for any transaction.
contract GasPriceOracle {
    uint256 private constant FEE = 40000000000000;
    /// Slots 0 and 1; both 0: from before Isthmus.
    uint256 private operatorFeeScalar;
    uint256 private operatorFeeConstant;

    function getL1Fee(bytes memory data) external pure returns (uint256) {
        // What is asked for is a whole transaction: of EIP-1559 or EIP-7702, or a legacy one (a list of RLP).
        require(data[0] == 0x02 || data[0] == 0x04 || uint8(data[0]) >= 0xc0);
        return FEE;
    }

    function getOperatorFee(uint256 gasUsed) external view returns (uint256) {
        require(operatorFeeScalar + operatorFeeConstant > 0);
        return (gasUsed * operatorFeeScalar) / 1e6 + operatorFeeConstant;
    }
}
